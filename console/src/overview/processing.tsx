import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { JobRow, Overview } from '../../../src/serve/wire.ts';
import { percentText, plural } from '../parts/words.ts';

/** What is being analysed, and what waits for it. */
export function Processing(props: { readonly overview: Overview }): JSX.Element {
  const files = () => props.overview.files;
  const state = (job: JobRow): string =>
    job.state === 'running' ? `${job.stage || 'running'}, ${percentText(job.progress)}` : job.state;
  return (
    <section class="panel" aria-labelledby="work-title">
      <h2 id="work-title">Being processed</h2>
      <Show
        when={props.overview.processing.length > 0}
        fallback={<p class="faint">Nothing at present.</p>}
      >
        <ul class="plain">
          <For each={props.overview.processing}>
            {(job) => (
              <li>
                <div class="bar">
                  <span class="grow break">{job.fileName || job.kind}</span>
                  <span class="faint">{state(job)}</span>
                </div>
                <progress
                  max="1"
                  value={job.progress}
                  aria-label={`Progress of ${job.fileName || job.kind}`}
                />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <p>
        <A href="/files">{plural(files().analysed, 'file')}</A> analysed, {files().waiting} waiting
        <Show when={files().failed > 0}>
          , <span class="bad">{files().failed} failed</span>
        </Show>
        .
      </p>
    </section>
  );
}
