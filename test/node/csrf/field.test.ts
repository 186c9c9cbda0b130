import { describeFormField } from '../../contracts/form-field.ts'

describeFormField('Node')
