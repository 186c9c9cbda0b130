import { secureHeaders } from 'hono/secure-headers'

/** The site's security headers; public/_headers has those of the files. */
export const securityHeaders = secureHeaders({
  // Nothing from elsewhere, no script, no style in the page itself.
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  // Hono's default, no-referrer, makes browsers send `Origin: null` with the site's own forms.
  referrerPolicy: 'strict-origin-when-cross-origin',
  strictTransportSecurity: 'max-age=63072000; includeSubDomains',
  xFrameOptions: 'DENY',
})
