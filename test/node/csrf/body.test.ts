import { describeFormBody } from '../../contracts/form-body.ts'
import { serveByNode } from '../http.ts'

describeFormBody('Node, over HTTP', serveByNode)
