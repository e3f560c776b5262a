import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const backend = process.env['CLEW_URL'] ?? 'http://127.0.0.1:4320'

/** Builds to `dist` (served by `clew up`); `vite` alone serves the UI with hot reload and asks a running Clew for data. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  server: { host: '127.0.0.1', proxy: { '/api': backend, '/jaeger': backend, '/metrics': backend } },
  build: {
    target: 'es2022',
    // Nothing inlined as data: URLs: the content security policy allows only files of our own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
