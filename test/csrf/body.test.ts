import { describeFormBody } from '../contracts/form-body.ts'

describeFormBody('workerd', async (app) => ({
  request: async (path, init) => app.request(path, init),
  close: () => undefined,
}))
