import { type JSX, lazy, Suspense } from 'solid-js';
import type { Chart } from '../../../src/report/chart/chart.ts';

const Drawn = lazy(() => import('./chart.tsx'));

/** A chart. What draws it is loaded with the first one, and the page stands while it comes. */
export function Picture(props: { readonly chart: Chart; readonly most?: number }): JSX.Element {
  return (
    <Suspense fallback={<div class="chart" />}>
      <Drawn {...props} />
    </Suspense>
  );
}
