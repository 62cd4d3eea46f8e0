import { A, useParams } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { HostDetail, HostRow } from '../../../src/serve/wire.ts';
import { EvidenceTable } from '../alerts/evidence-table.tsx';
import { HostNote } from '../hosts/note.tsx';
import { trafficChart } from '../hosts/traffic.ts';
import { Picture } from '../parts/picture.tsx';
import { Shown } from '../parts/shown.tsx';
import { WideTable } from '../parts/table.tsx';
import { bytesText, countText, timeText } from '../parts/words.ts';
import { address } from '../service/api.ts';
import { createLoaded } from '../service/loaded.ts';
import { onStream } from '../service/stream.ts';

/** A host with its history. */
export default function HostPage(): JSX.Element {
  const params = useParams<{ id: string }>();
  const path = (): string => `/api/hosts/${encodeURIComponent(params.id)}`;
  const detail = createLoaded<HostDetail>(path);
  onStream('alert', ({ change }) => change !== 'judged' && detail.reload());
  onStream('reset', detail.reload);
  const changed = (host: HostRow): void => {
    const old = detail.data();
    if (old) detail.put({ ...old, host });
  };
  return (
    <section class="page">
      <p class="back">
        <A href="/hosts">Hosts</A>
      </p>
      <Shown of={detail}>
        {(told) => (
          <>
            <Head detail={told()} />
            <div class="panels">
              <Show when={told().traffic.length > 0}>
                <section class="panel" aria-label="Traffic">
                  <Picture chart={trafficChart(told().traffic)} />
                </section>
              </Show>
              <HostNote host={told().host} path={path()} onChanged={changed} />
            </div>
            <Alerts detail={told()} />
            <Evidence detail={told()} />
            <Traffic detail={told()} />
          </>
        )}
      </Shown>
    </section>
  );
}

function Head(props: { readonly detail: HostDetail }): JSX.Element {
  const host = (): HostRow => props.detail.host;
  const alerts = (): string => address('/alerts', { filter: [`host:eq:${host().id}`] });
  return (
    <>
      <h1 class="words">
        {host().id} <Show when={host().name}>{(name) => <span class="faint">{name()}</span>}</Show>
      </h1>
      <ul class="tiles">
        <Tile title="open alerts" value={countText(host().openAlerts)} />
        <Tile title="alerts in all" value={countText(host().alerts)} />
        <Tile title="worst open" value={host().worst ?? 'none'} />
        <Tile title="flows" value={countText(host().flows)} />
        <Tile title="traffic" value={bytesText(host().bytes)} />
        <Tile title="country" value={props.detail.country} />
      </ul>
      <p>
        Seen from <time>{timeText(host().first)}</time> to <time>{timeText(host().last)}</time> UTC.{' '}
        <A href={alerts()}>Its alerts</A> ·{' '}
        <A href={address('/flows', { host: host().id })}>Its flows</A>
      </p>
    </>
  );
}

function Tile(props: { readonly title: string; readonly value: string }): JSX.Element {
  return (
    <li class="tile">
      <strong>{props.value}</strong>
      {props.title}
    </li>
  );
}

function Alerts(props: { readonly detail: HostDetail }): JSX.Element {
  return (
    <section aria-labelledby="alerts-title">
      <h2 id="alerts-title">Alerts</h2>
      <Show
        when={props.detail.alerts.length > 0}
        fallback={<p class="faint">No alert names this host.</p>}
      >
        <WideTable
          label="Table of alerts"
          heads={[
            'Severity',
            'What',
            'State',
            { title: 'Score', numeric: true },
            { title: 'Flows', numeric: true },
            'First (UTC)',
            'Last (UTC)',
          ]}
        >
          <For each={props.detail.alerts}>
            {(row) => (
              <tr>
                <td>
                  <span class={`badge ${row.severity}`}>{row.severity}</span>
                </td>
                <td>
                  <A href={`/alerts/${encodeURIComponent(row.id)}`}>{row.title}</A>
                </td>
                <td>
                  {row.state}
                  <Show when={row.state === 'resolved'}>
                    <span class="faint"> {row.verdict}</span>
                  </Show>
                </td>
                <td class="n">{Number(row.score.toPrecision(4))}</td>
                <td class="n">{countText(row.flows)}</td>
                <td>{timeText(row.first)}</td>
                <td>{timeText(row.last)}</td>
              </tr>
            )}
          </For>
        </WideTable>
      </Show>
    </section>
  );
}

function Evidence(props: { readonly detail: HostDetail }): JSX.Element {
  return (
    <section aria-labelledby="evidence-title">
      <h2 id="evidence-title">Evidence</h2>
      <p class="faint">What detectors and models noted, also where it made no alert.</p>
      <Show when={props.detail.evidence.length > 0} fallback={<p class="faint">None.</p>}>
        <EvidenceTable evidence={props.detail.evidence} />
      </Show>
    </section>
  );
}

function Traffic(props: { readonly detail: HostDetail }): JSX.Element {
  return (
    <section aria-labelledby="traffic-title">
      <h2 id="traffic-title">Traffic by file</h2>
      <WideTable
        label="Table of traffic"
        heads={[
          'File',
          'From (UTC)',
          'To (UTC)',
          { title: 'Flows', numeric: true },
          { title: 'Traffic', numeric: true },
        ]}
      >
        <For each={props.detail.traffic}>
          {(row) => (
            <tr>
              <td class="words">
                <A href={address('/files', { file: row.origin })}>{row.originName || row.origin}</A>
              </td>
              <td>{timeText(row.first)}</td>
              <td>{timeText(row.last)}</td>
              <td class="n">
                <A
                  href={address('/flows', {
                    host: props.detail.host.id,
                    origin: row.origin,
                  })}
                >
                  {countText(row.flows)}
                </A>
              </td>
              <td class="n">{bytesText(row.bytes)}</td>
            </tr>
          )}
        </For>
      </WideTable>
      <Show when={props.detail.labels.length > 0}>
        <h2>Labels</h2>
        <ul>
          <For each={props.detail.labels}>
            {(label) => (
              <li>
                <strong>{label.label}</strong> {label.note}
                <Show when={label.reviewed}>
                  <span class="faint"> reviewed</span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
