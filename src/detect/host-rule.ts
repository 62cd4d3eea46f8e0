import { binomialUpperTail } from '../base/index.ts';
import type { Limits } from './thresholds.ts';

/** How a host's flows are counted for {@link judgeHost}. */
export interface HostFlows {
  readonly scored: number;
  /** At or above the model's threshold. */
  readonly above: number;
}

/** What {@link judgeHost} holds a count against. */
export interface HostRule {
  /** Upper bound of the share of harmless flows at or above the threshold. */
  readonly rate: number;
  /** Hosts seen: the level is divided by them (Bonferroni). */
  readonly hosts: number;
  readonly limits: Pick<Limits, 'modelLevel' | 'modelFlowsFloor' | 'modelDesignEffect'>;
}

/** What the rule makes of a host. */
export interface HostVerdict {
  /** Of so many flows above the threshold by false positives alone. */
  readonly tailProbability: number;
  /** What it had to fall below. */
  readonly level: number;
  /** Too unlikely to be harmless. */
  readonly raised: boolean;
}

/** Whether a host has more flows above the threshold than chance explains: `docs/detect.md`. */
export function judgeHost(
  { scored, above }: HostFlows,
  { rate, hosts, limits }: HostRule,
): HostVerdict {
  const { modelLevel, modelDesignEffect: effect, modelFlowsFloor: floor } = limits;
  const level = modelLevel / Math.max(1, hosts);
  const few = Math.floor(above / effect);
  const tailProbability = binomialUpperTail(few, Math.ceil(scored / effect), rate);
  return { tailProbability, level, raised: above >= floor && tailProbability < level };
}
