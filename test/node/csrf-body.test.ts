import { describeFormBody } from '../contracts/form-body'
import { serveByNode } from './http'

describeFormBody('Node, over HTTP', serveByNode)
