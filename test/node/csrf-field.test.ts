import { describeFormField } from '../contracts/form-field'

describeFormField('Node')
