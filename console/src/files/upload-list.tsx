import { For, type JSX, Show } from 'solid-js';
import { bytesText, percentText, spanText } from '../parts/words.ts';
import { complain } from '../shell/toasts.tsx';
import { clearDone, giveUp, goOn, stop, type Upload, uploads } from './uploads.ts';

function rest({ size, sent, rate }: Upload): string {
  // All of it went out; the service answers once it is safe on the disk.
  if (sent >= size) return ' · being made safe';
  if (rate <= 0) return '';
  return ` · ${bytesText(Math.round(rate))}/s · ${spanText(((size - sent) / rate) * 1e6)} left`;
}

function stateText(upload: Upload): string {
  const { state, size, sent, same } = upload;
  if (state === 'waiting') return 'waits its turn';
  if (state === 'hashing') return 'its hash is taken';
  if (state === 'failed') return upload.problem;
  if (state === 'done') return same ? 'was there already; not taken twice' : 'received';
  const share = percentText(size === 0 ? 1 : Math.floor((sent / size) * 1000) / 1000);
  return `${state === 'paused' ? 'stopped at ' : ''}${share} of ${bytesText(size)}${rest(upload)}`;
}

/** Uploads of this window, with their progress. */
export function UploadList(): JSX.Element {
  return (
    <Show when={uploads.length > 0}>
      <section class="panel" aria-labelledby="uploads-title">
        <div class="bar">
          <h2 id="uploads-title">On their way</h2>
          <Show when={uploads.some(({ state }) => state === 'done')}>
            <button type="button" class="quiet" onClick={clearDone}>
              Take what is done off the list
            </button>
          </Show>
        </div>
        <ul class="uploads">
          <For each={uploads}>{(upload) => <UploadLine upload={upload} />}</For>
        </ul>
      </section>
    </Show>
  );
}

function UploadLine(props: { readonly upload: Upload }): JSX.Element {
  const under = (): boolean => ['sending', 'waiting', 'hashing'].includes(props.upload.state);
  const { key } = props.upload;
  return (
    <li class="upload">
      <strong>{props.upload.name}</strong>
      <progress
        max={1}
        value={props.upload.size === 0 ? 1 : props.upload.sent / props.upload.size}
        aria-label={`Progress of ${props.upload.name}`}
      />
      <span classList={{ bad: props.upload.state === 'failed' }}>{stateText(props.upload)}</span>
      <Show when={props.upload.hash !== ''}>
        <code class="hash">SHA-256 {props.upload.hash}</code>
      </Show>
      <span class="bar">
        <Show when={under()}>
          <button type="button" onClick={() => stop(key)}>
            Pause<span class="unseen"> {props.upload.name}</span>
          </button>
        </Show>
        <Show when={props.upload.state === 'paused' || props.upload.state === 'failed'}>
          <button type="button" onClick={() => goOn(key)}>
            Go on<span class="unseen"> with {props.upload.name}</span>
          </button>
        </Show>
        <Show when={props.upload.state !== 'done'}>
          <button type="button" onClick={() => void giveUp(key).catch(complain)}>
            Cancel<span class="unseen"> {props.upload.name}</span>
          </button>
        </Show>
      </span>
    </li>
  );
}
