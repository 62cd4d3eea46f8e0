import { A } from '@solidjs/router';
import type { JSX } from 'solid-js';

/** An address that leads nowhere. */
export default function Missing(): JSX.Element {
  return (
    <section class="page">
      <h1>There is no such page</h1>
      <p>
        Go to the <A href="/">overview</A>.
      </p>
    </section>
  );
}
