import { defineConfig } from 'vitest/config';

/** Files share their workers, and so the modules that they import: that halves the time. A busy machine may be slow. */
export default defineConfig({ test: { isolate: false, testTimeout: 30_000, hookTimeout: 60_000 } });
