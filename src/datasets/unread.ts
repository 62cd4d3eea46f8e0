import type { DatasetCard } from './dataset.ts';

/** Data sets that are known but not read by this version. Nothing is stated here that was not checked. */
export const unreadDatasets: readonly DatasetCard[] = [];
