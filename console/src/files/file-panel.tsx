import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { FileDetail, FileRow } from '../../../src/serve/wire.ts';
import { Opened } from '../parts/opened.tsx';
import { plainText } from '../parts/plain.ts';
import { Shown } from '../parts/shown.tsx';
import { bytesText, timeText } from '../parts/words.ts';
import { address } from '../service/api.ts';
import { createLoaded } from '../service/loaded.ts';
import { useSession } from '../service/session.tsx';
import { onStream } from '../service/stream.ts';
import { complain } from '../shell/toasts.tsx';
import { JobTable } from './job-table.tsx';
import { removeFile } from './remove.tsx';

/** All that is known of a file, and what can be done with it. */
export function FilePanel(props: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}): JSX.Element {
  const path = (): string => `/api/files/${encodeURIComponent(props.id)}`;
  const detail = createLoaded<FileDetail>(path);
  onStream('file', ({ id }) => id === props.id && detail.reload());
  onStream('job', ({ fileId }) => fileId === props.id && detail.reload());
  return (
    <Opened label="The file chosen">
      <Shown of={detail}>
        {(told) => (
          <>
            <FileHead file={told().file} path={path()} {...props} />
            <Facts file={told().file} />
            <Show when={told().jobs.length > 0}>
              <h3>Jobs of this file</h3>
              <JobTable jobs={told().jobs} onChanged={detail.reload} />
            </Show>
          </>
        )}
      </Shown>
    </Opened>
  );
}

function FileHead(props: {
  readonly file: FileRow;
  readonly path: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}): JSX.Element {
  const { may } = useSession();
  const remove = async (): Promise<void> => {
    if (await removeFile(props.file)) props.onDeleted();
  };
  const alerts = (): string => address('/alerts', { filter: [`origin:eq:${props.file.id}`] });
  return (
    <>
      <h2 class="words">{props.file.name}</h2>
      <div class="bar">
        <A href={alerts()}>Its alerts</A>
        <A href={address('/flows', { origin: props.file.id })}>Its flows</A>
        <Show when={may('analyst') && props.file.received > 0}>
          <a href={`${props.path}/content`} download={props.file.name}>
            Download
          </a>
        </Show>
        <Show when={may('analyst')}>
          <button type="button" onClick={() => void remove().catch(complain)}>
            Delete …
          </button>
        </Show>
        <button type="button" class="quiet" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
    </>
  );
}

/** What is told of an analysis first; the rest is folded away. */
const FIRST = ['format', 'packets', 'flows', 'badRows', 'alerts', 'first', 'last'];

/** `belowMinimum` as `Below minimum`. */
function titleOf(name: string): string {
  const text = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function FactList(props: { readonly facts: readonly [string, string][] }): JSX.Element {
  return (
    <dl class="facts">
      <For each={props.facts}>
        {([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        )}
      </For>
    </dl>
  );
}

function Facts(props: { readonly file: FileRow }): JSX.Element {
  const facts = (): [string, string][] => [
    ['State', props.file.state],
    ['Size', props.file.size === null ? 'not known yet' : bytesText(props.file.size)],
    ['Received', bytesText(props.file.received)],
    ['SHA-256', props.file.hash ?? 'told when all of it is there'],
    ['Uploaded', `${timeText(props.file.createdAt)} UTC`],
    ...found((name) => FIRST.includes(name)),
  ];
  const found = (which: (name: string) => boolean): [string, string][] =>
    Object.entries(props.file.facts)
      .filter(([name]) => which(name))
      .map(([name, value]) => [titleOf(name), plainText(value)]);
  const others = (): [string, string][] => found((name) => !FIRST.includes(name));
  return (
    <>
      <Show when={props.file.problem !== ''}>
        <p class="problem">{props.file.problem}</p>
      </Show>
      <FactList facts={facts()} />
      <Show when={others().length > 0}>
        <details>
          <summary>What else the analysis counted</summary>
          <FactList facts={others()} />
        </details>
      </Show>
    </>
  );
}
