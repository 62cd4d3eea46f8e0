import { createSignal, For, type JSX, Show } from 'solid-js';
import type { JobRow } from '../../../src/serve/wire.ts';
import { FreshButton, Listed } from '../parts/listed.tsx';
import { WideTable } from '../parts/table.tsx';
import { agoText, countText, percentText, timeText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { createListRows } from '../service/list.ts';
import { keepLive } from '../service/live.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';

/** What a job does, in a word. */
const kindText = ({ kind }: JobRow): string => (kind === 'ingest' ? 'analysis' : kind);

/** Whether a job is not over. */
export const underWay = ({ state }: JobRow): boolean => state === 'queued' || state === 'running';

type Act = 'cancel' | 'retry';

const ACTS: Readonly<Record<Act, { readonly title: string; readonly done: string }>> = {
  cancel: { title: 'Cancel', done: 'The job is being stopped.' },
  retry: { title: 'Retry', done: 'The job is in the queue again.' },
};

/** What can be done about a job as it stands. */
function actOf(job: JobRow): Act | undefined {
  if (underWay(job)) return job.cancelRequested ? undefined : 'cancel';
  return job.state === 'done' ? undefined : 'retry';
}

/** Jobs of the queue, live. */
export function Jobs(): JSX.Element {
  const [all, setAll] = createSignal(false);
  const list = createListRows<JobRow>('/api/jobs', () => ({
    filter: all() ? [] : ['state:in:queued|running|failed'],
  }));
  const fresh = keepLive(list, 'job', underWay);
  return (
    <section class="apart" aria-labelledby="jobs-title">
      <div class="bar">
        <h2 id="jobs-title">Jobs</h2>
        <label>
          <input
            type="checkbox"
            checked={all()}
            onChange={({ currentTarget }) => setAll(currentTarget.checked)}
          />{' '}
          those that are over, too
        </label>
        <FreshButton fresh={fresh} />
      </div>
      <Listed list={list} empty="Nothing is being processed.">
        <JobTable jobs={list.rows()} onChanged={(job) => list.replace([job])} />
      </Listed>
    </section>
  );
}

/** Jobs with what can be done about them. */
export function JobTable(props: {
  readonly jobs: readonly JobRow[];
  readonly onChanged: (job: JobRow) => void;
}): JSX.Element {
  const { may } = useSession();
  const ask = async (job: JobRow, what: Act): Promise<void> => {
    const path = `/api/jobs/${encodeURIComponent(job.id)}/${what}`;
    props.onChanged(await call<JobRow>(path, { method: 'POST' }));
    say(ACTS[what].done);
  };
  return (
    <WideTable
      label="Table of jobs"
      heads={[
        'What',
        'State',
        'Progress',
        { title: 'Tries', numeric: true },
        'Begun',
        { title: 'What can be done', unseen: true },
      ]}
    >
      <For each={props.jobs}>
        {(job) => (
          <tr>
            <td class="words">
              {kindText(job)} <span class="faint">{job.fileName}</span>
            </td>
            <td>
              <JobState job={job} />
            </td>
            <td>
              <Show when={underWay(job)} fallback={percentText(job.progress)}>
                <progress
                  max={1}
                  value={job.progress}
                  aria-label={`Progress of ${kindText(job)} of ${job.fileName}`}
                />{' '}
                {percentText(Math.floor(job.progress * 1000) / 1000)}{' '}
                <span class="faint">{job.stage}</span>
              </Show>
            </td>
            <td class="n">
              {job.attempts} of {job.maxAttempts}
            </td>
            <td title={timeText(job.startedAt)}>
              {job.startedAt === null ? 'not yet' : agoText(job.startedAt)}
            </td>
            <td>
              <Show when={may('analyst') && actOf(job)}>
                {(act) => (
                  <button type="button" onClick={() => void ask(job, act()).catch(complain)}>
                    {ACTS[act()].title}
                    <span class="unseen">
                      {' '}
                      {kindText(job)} of {job.fileName}
                    </span>
                  </button>
                )}
              </Show>
            </td>
          </tr>
        )}
      </For>
    </WideTable>
  );
}

function JobState(props: { readonly job: JobRow }): JSX.Element {
  const tone = (): string =>
    ({ failed: 'high', running: 'good', queued: 'medium', done: 'info', cancelled: 'info' })[
      props.job.state
    ];
  return (
    <>
      <span class={`badge ${tone()}`}>
        {props.job.cancelRequested && underWay(props.job) ? 'stopping' : props.job.state}
      </span>
      <Show when={Number(props.job.result?.['badRows'] ?? 0)}>
        {(rows) => (
          <div class="faint">
            {countText(rows())} bad row{rows() === 1 ? '' : 's'}
          </div>
        )}
      </Show>
      <Show when={props.job.problem !== ''}>
        <div class="bad words">{props.job.problem}</div>
      </Show>
    </>
  );
}
