import { A, useParams } from '@solidjs/router';
import { createResource, For, type JSX, Show } from 'solid-js';
import type { ModelDetail, ModelPatch, ModelRow } from '../../../src/serve/wire.ts';
import { inForce, reliabilityChart, rocChart, verdictChart } from '../models/curves.ts';
import { curveFor } from '../models/outlook.ts';
import { Threshold } from '../models/threshold.tsx';
import { confirm } from '../parts/confirm.tsx';
import { Markdown } from '../parts/markdown.tsx';
import { Picture } from '../parts/picture.tsx';
import { plainText } from '../parts/plain.ts';
import { percentText } from '../parts/words.ts';
import { address, call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';

/** A model: threshold, curves, what analysts made of its alerts, its card. */
export default function ModelPage(): JSX.Element {
  const params = useParams<{ id: string }>();
  const path = (): string => `/api/models/${encodeURIComponent(params.id)}`;
  const [detail, { mutate }] = createResource(path, (from) => call<ModelDetail>(from));
  const changed = (model: ModelRow): void => {
    mutate((old) => old && { ...old, model });
  };
  return (
    <section class="page">
      <p class="back">
        <A href="/models">Models</A>
      </p>
      <Show
        when={detail.error === undefined}
        fallback={<p class="problem">{detail.error?.message}</p>}
      >
        <Show when={detail.latest} fallback={<p class="faint">Loading …</p>}>
          {(told) => (
            <>
              <Head model={told().model} path={path()} onChanged={changed} />
              <Threshold detail={told()} onChanged={changed} />
              <Curves detail={told()} />
              <Card detail={told()} />
            </>
          )}
        </Show>
      </Show>
    </section>
  );
}

function Head(props: {
  readonly model: ModelRow;
  readonly path: string;
  readonly onChanged: (model: ModelRow) => void;
}): JSX.Element {
  const { may } = useSession();
  const patch = async (change: Omit<ModelPatch, 'version'>): Promise<void> => {
    const body = { version: props.model.version, ...change };
    props.onChanged(await call<ModelRow>(props.path, { method: 'PATCH', body }));
  };
  const silence = async (): Promise<void> => {
    const { active, name } = props.model;
    const yes = await confirm({
      title: active ? `No longer hear ${name}?` : `Hear ${name} again?`,
      body: (
        <p>
          {active
            ? 'Traffic analysed from now on is not scored by it, and it raises no alerts. Alerts that stand stay.'
            : 'Traffic analysed from now on is scored by it again.'}
        </p>
      ),
      yes: active ? 'Do not hear it' : 'Hear it',
    });
    if (!yes) return;
    await patch({ active: !active });
    say(active ? `${name} is no longer heard.` : `${name} is heard.`, {
      title: 'Undo',
      run: () => void patch({ active }).catch(complain),
    });
  };
  const alerts = (): string => address('/alerts', { filter: [`model:eq:${props.model.name}`] });
  return (
    <>
      <h1 class="words">
        {props.model.name} <span class="faint">{props.model.kind}</span>
      </h1>
      <dl class="facts">
        <dt>Role</dt>
        <dd>
          {props.model.role}
          {props.model.active ? '' : ', not heard at present'}
        </dd>
        <dt>View</dt>
        <dd>{props.model.schema}</dd>
        <dt>Trained on</dt>
        <dd>{props.model.dataset}</dd>
        <dt>Classes</dt>
        <dd>{props.model.classes.join(', ')}</dd>
        <dt>False alarms when evaluated</dt>
        <dd>
          {percentText(props.model.falsePositiveRate)} (upper bound{' '}
          {percentText(props.model.falsePositiveRateUpper)})
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <code>{props.model.id}</code>
        </dd>
      </dl>
      <div class="bar">
        <A href={alerts()}>Its alerts</A>
        <Show when={may('administrator')}>
          <button type="button" onClick={() => void silence().catch(complain)}>
            {props.model.active ? 'No longer hear it …' : 'Hear it again …'}
          </button>
        </Show>
      </div>
    </>
  );
}

function Curves(props: { readonly detail: ModelDetail }): JSX.Element {
  return (
    <div class="panels apart">
      <Show when={props.detail.curves.length > 0}>
        <section class="panel" aria-label="Recall against false alarms">
          <Picture chart={rocChart(props.detail, inForce(props.detail))} />
        </section>
      </Show>
      <section class="panel" aria-label="Reliability">
        <Show
          when={reliabilityChart(curveFor(props.detail))}
          fallback={
            <p class="faint">
              The model file holds no reliability curve: its scores are no probabilities, and
              nothing tells what they are worth.
            </p>
          }
        >
          {(chart) => <Picture chart={chart()} />}
        </Show>
      </section>
      <section class="panel" aria-label="Verdicts">
        <Show
          when={props.detail.verdicts.length > 0}
          fallback={<p class="faint">No alert of this model was judged yet.</p>}
        >
          <Picture chart={verdictChart(props.detail)} />
        </Show>
      </section>
    </div>
  );
}

function Card(props: { readonly detail: ModelDetail }): JSX.Element {
  return (
    <>
      <section class="panel card apart" aria-labelledby="card-title">
        <h2 id="card-title">Card</h2>
        <Show
          when={props.detail.card !== ''}
          fallback={<p class="faint">No card lies beside the model file.</p>}
        >
          <Markdown text={props.detail.card} />
        </Show>
      </section>
      <details class="panel apart">
        <summary>What the model file holds</summary>
        <dl class="facts">
          <For each={Object.entries(props.detail.file)}>
            {([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{plainText(value)}</dd>
              </>
            )}
          </For>
        </dl>
      </details>
    </>
  );
}
