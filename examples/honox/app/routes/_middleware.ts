import { csrf } from 'edge-session'
import { createRoute } from 'honox/factory'
import { withSession } from '../session'

export default createRoute(withSession, csrf())
