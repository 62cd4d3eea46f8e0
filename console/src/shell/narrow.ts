import { createSignal } from 'solid-js';

const query = matchMedia('(max-width: 700px)');
const [narrow, setNarrow] = createSignal(query.matches);
query.addEventListener('change', () => setNarrow(query.matches));

/** Whether the screen is that of a phone. */
export const isNarrow = narrow;
