import { describeFormBody } from '../contracts/form-body.ts'
import { serveByNode } from './http'

describeFormBody('Node, over HTTP', serveByNode)
