import { A, useNavigate, useParams } from '@solidjs/router';
import { createMemo, type JSX, Show } from 'solid-js';
import type {
  AlertDetail,
  AlertHistory,
  AlertUsual,
  FlowPage,
  FlowViews,
  ModelDetail,
} from '../../../src/serve/wire.ts';
import { AlertActions } from '../alert/actions.tsx';
import { AlertFactList } from '../alert/facts.tsx';
import { AlertFlows } from '../alert/flows.tsx';
import { History } from '../alert/history.tsx';
import { AlertLabels } from '../alert/labels.tsx';
import { OtherEvidence } from '../alert/other-evidence.tsx';
import { Reasons } from '../alert/reasons.tsx';
import { Replay } from '../alert/replay.tsx';
import { ScorePanel } from '../alert/score.tsx';
import { ThresholdPanel } from '../alert/threshold.tsx';
import { TimeLine } from '../alert/time-line.tsx';
import { heardVoice } from '../alert/voices.ts';
import { Severity, stateText } from '../alerts/columns.tsx';
import { nameOf, onJudged, onTrail, stepTrail, undo } from '../alerts/judging.ts';
import { ResolveShortcut } from '../alerts/resolve-shortcut.tsx';
import { Shown } from '../parts/shown.tsx';
import { createLoaded } from '../service/loaded.ts';
import { useSession } from '../service/session.tsx';
import { onStream } from '../service/stream.ts';
import { useShortcuts } from '../shell/keys.tsx';
import '../alert/alert.css';

/** Flows that the time line and the table begin with. */
const FLOWS = 1000;

/** What an analyst must know of an alert that is not final. */
const STANDING: Readonly<Record<AlertDetail['row']['standing'], string>> = {
  final: '',
  provisional:
    'Raised early: its traffic is still being analysed, so it grows, or is withdrawn if the rest refutes it.',
  withdrawn: 'Raised early and withdrawn since: the history below says why.',
};

/** One alert with all that is known of it. */
export default function AlertPage(): JSX.Element {
  const { may } = useSession();
  const params = useParams<{ id: string }>();
  const navigate = useNavigate();
  const id = (): string => params.id ?? '';
  const base = (): string => `/api/alerts/${encodeURIComponent(id())}`;
  const detail = createLoaded<AlertDetail>(base);
  const history = createLoaded<AlertHistory>(() => `${base()}/history`);
  const usual = createLoaded<AlertUsual>(() => `${base()}/usual`);
  const flows = createLoaded<FlowPage>(
    () => `${base()}/flows`,
    () => ({ limit: FLOWS }),
  );
  const views = createLoaded<FlowViews>(() => '/api/flows/views');
  const voice = createMemo(() => {
    const found = detail.data();
    return found && heardVoice(found);
  });
  const modelPath = createMemo(() => {
    const hash = voice()?.model.hash;
    return hash ? `/api/models/${encodeURIComponent(hash)}` : undefined;
  });
  const model = createLoaded<ModelDetail>(modelPath);
  const again = (): void => {
    detail.reload();
    history.reload();
  };
  onJudged((rows) => {
    if (rows === 'many' || rows.some((row) => row.id === id())) again();
  });
  onStream('alert', ({ ids }) => {
    if (ids.includes(id())) again();
  });
  onStream('reset', again);
  const step = (steps: number): void => {
    const next = onTrail(id(), steps);
    if (next === undefined) return;
    stepTrail(next);
    // The way back leads to the list, however many alerts were looked at.
    navigate(`/alerts/${encodeURIComponent(next)}`, { replace: true });
  };
  useShortcuts([
    { key: 'j', meaning: 'Next alert of the list', run: () => step(1) },
    { key: 'k', meaning: 'Alert of the list before', run: () => step(-1) },
    ...(may('analyst') ? [{ key: 'u', meaning: 'Undo', run: () => void undo() }] : []),
  ]);
  return (
    <article class="page alert-page">
      <div class="bar">
        <A href="/alerts">← Alerts</A>
        <span class="grow" />
        <Show when={onTrail(id(), -1)}>
          <button type="button" onClick={() => step(-1)}>
            ↑ Before
          </button>
        </Show>
        <Show when={onTrail(id(), 1)}>
          <button type="button" onClick={() => step(1)}>
            ↓ Next
          </button>
        </Show>
      </div>
      <Shown of={detail}>
        {(found) => (
          <>
            <header class="alert-head">
              <h1>
                {found().row.title}: <span class="host">{found().row.host}</span>
              </h1>
              <p class="sentence">{found().sentence}</p>
              <p>
                <Severity of={found().row.severity} />{' '}
                <span class="badge">{stateText(found().row)}</span>{' '}
                <Show when={STANDING[found().row.standing]}>
                  {(words) => <span class="faint">{words()} </span>}
                </Show>
                <Show when={found().row.assignee}>
                  {(who) => <span class="faint">is {nameOf(who())}’s. </span>}
                </Show>
                <Show when={found().row.suppressedBy}>
                  <span class="faint">A rule hides it from the list. </span>
                </Show>
                <span class="faint">{found().alert.agreementText}</span>
              </p>
              <Show when={found().row.note}>
                {(note) => <blockquote class="note">{note()}</blockquote>}
              </Show>
              <AlertActions row={found().row} onChange={again} />
              <ResolveShortcut row={found().row} />
            </header>
            <div class="panels woven">
              <ScorePanel detail={found()} model={model.data()} problem={model.problem()} />
              <section class="panel" aria-labelledby="reasons-title">
                <h2 id="reasons-title">What pushed it</h2>
                <p class="faint">
                  Features with the push each gave, and where the flows that came with this alert
                  usually lie.
                </p>
                <Reasons reasons={found().alert.reasons} usual={usual.data()?.usual} />
                <Show when={usual.problem()}>
                  <p class="faint">Usual values: {usual.problem()}</p>
                </Show>
              </section>
              <ThresholdPanel voice={voice()} model={model.data()} />
              <AlertFactList detail={found()} />
            </div>
            <TimeLine row={found().row} flows={flows.data()} views={views.data()} />
            <div class="panels woven">
              <OtherEvidence host={found().row.host} evidence={found().evidence} />
              <section class="panel" aria-labelledby="history-title">
                <h2 id="history-title">History</h2>
                <History changes={history.data()?.changes} />
              </section>
              <AlertLabels id={found().row.id} labels={found().labels} onChange={detail.reload} />
              <Replay command={found().replay} file={found().file} />
            </div>
            <AlertFlows
              id={found().row.id}
              total={found().row.flows}
              page={flows.data()}
              problem={flows.problem()}
              views={views.data()}
              missing={found().missing}
            />
          </>
        )}
      </Shown>
    </article>
  );
}
