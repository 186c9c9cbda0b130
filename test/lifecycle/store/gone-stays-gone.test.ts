import { memoryStore } from '../../../src/session/stores/memory.ts'
import { endingsContract } from '../../contracts/endings.ts'

endingsContract('memoryStore()', () => memoryStore())
