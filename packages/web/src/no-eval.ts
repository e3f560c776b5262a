import { z } from 'zod'

// Imported before anything else: zod would try out whether it may compile code, which the content security policy forbids
// and the browser reports as a violation.
z.config({ jitless: true })
