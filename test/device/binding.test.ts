import { memoryStore } from '../../src/session/stores/memory.ts'
import { deviceContract } from '../contracts/device.ts'

deviceContract('the cookie')
deviceContract('memory', memoryStore)
