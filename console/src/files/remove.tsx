import { Show } from 'solid-js';
import type { FileConsequences, FileRow } from '../../../src/serve/wire.ts';
import { confirm } from '../parts/confirm.tsx';
import { bytesText, countText, plural } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { say } from '../shell/toasts.tsx';

/** Deletes a file once its consequences were read. @returns whether it was deleted */
export async function removeFile(file: FileRow): Promise<boolean> {
  const path = `/api/files/${encodeURIComponent(file.id)}`;
  const gone = await call<FileConsequences>(`${path}/consequences`);
  const yes = await confirm({
    title: `Delete ${file.name}?`,
    body: (
      <>
        <p>{gone.sentence}</p>
        <dl class="facts">
          <dt>Capture</dt>
          <dd>{bytesText(gone.bytes)}</dd>
          <dt>Flow records</dt>
          <dd>{countText(gone.flows)}</dd>
          <dt>Alerts</dt>
          <dd>
            {countText(gone.alerts)}, {countText(gone.openAlerts)} of them open
          </dd>
        </dl>
        <Show when={gone.runningJobs > 0}>
          <p class="bad">{plural(gone.runningJobs, 'job')} at work on it will be stopped.</p>
        </Show>
        <p>This cannot be taken back.</p>
      </>
    ),
    yes: 'Delete for good',
    grave: true,
  });
  if (!yes) return false;
  await call(path, { method: 'DELETE' });
  say(`${file.name} was deleted.`);
  return true;
}
