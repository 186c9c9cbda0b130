import { describeFormField } from '../contracts/form-field'

describeFormField('workerd')
