import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

/** Address of a running service, for `vite` with reloading; a build needs none. */
const service = process.env['WIRESIFT_SERVICE'] ?? 'http://127.0.0.1:8470';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [solid()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // A page loads what it shows: charts and the world come with the pages that draw them.
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': service } },
});
