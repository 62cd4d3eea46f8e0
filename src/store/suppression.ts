import { parseAddress } from '../base/index.ts';
import { Site } from '../detect/index.ts';
import type { AlertRecord, SuppressionRecord } from './records.ts';

/** What a rule looks at. */
export type Suppressible = Pick<AlertRecord, 'host' | 'kind' | 'model'>;

/** A rule made ready to be asked often. */
interface ReadyRule {
  readonly rule: SuppressionRecord;
  readonly network: Site | undefined;
}

/**
 * The rules that stand at a time, ready to be asked.
 * @throws WiresiftError `DETECT_NETWORK` for a host that is neither address nor network
 */
export class SuppressionRules {
  readonly #hide: readonly ReadyRule[];
  readonly #allow: readonly ReadyRule[];

  constructor(rules: readonly SuppressionRecord[], now: number) {
    const ready = rules
      .filter(({ until }) => until === null || until > now)
      .map((rule) => ({ rule, network: networkOf(rule) }));
    this.#hide = ready.filter(({ rule }) => rule.effect === 'hide');
    this.#allow = ready.filter(({ rule }) => rule.effect === 'allow');
  }

  /** Id of the first rule that hides such an alert, or null. */
  hiddenBy(alert: Suppressible): string | null {
    return this.#hide.find((ready) => matches(ready, alert))?.rule.id ?? null;
  }

  /** Id of the first rule that forbids to act against a host, or null. */
  allowedBy(host: string): string | null {
    return this.#allow.find((ready) => holds(ready, host))?.rule.id ?? null;
  }
}

function networkOf({ host }: SuppressionRecord): Site | undefined {
  // A MAC address or a name stands for itself alone.
  if (host === null || (!host.includes('/') && !parseAddress(host))) return undefined;
  return new Site([host]);
}

function holds({ rule, network }: ReadyRule, host: string): boolean {
  if (rule.host === null || rule.host === host) return true;
  // A site counts what is no IP address as inside; a rule for a network must not.
  return network !== undefined && parseAddress(host) !== undefined && network.holds(host);
}

function matches(ready: ReadyRule, alert: Suppressible): boolean {
  const { kind, model } = ready.rule;
  if (kind !== null && kind !== alert.kind) return false;
  if (model !== null && model !== alert.model) return false;
  return holds(ready, alert.host);
}
