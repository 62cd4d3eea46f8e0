import type { LayerDescription } from './description.ts';
import type { ConvolutionPlan } from './layers/convolution.ts';

type LayerOf<Name extends LayerDescription['layer']> = Extract<LayerDescription, { layer: Name }>;

/** What a convolution is over so many steps; a window longer than the sequence is cut to it. */
export function convolutionPlan(
  layer: LayerOf<'conv1d'>,
  steps: number,
): Omit<ConvolutionPlan, 'name'> {
  const { filters, width = 3, stride = 1, dilation = 1, padding = 'same' } = layer;
  const fits = padding === 'valid' ? Math.floor((steps - 1) / dilation) + 1 : width;
  return { filters, width: Math.min(width, fits), stride, dilation, padding };
}

/** Steps that a pool takes together; 0 and more than there are mean all. */
export function poolingWidth({ width }: { readonly width?: number }, steps: number): number {
  return Math.min(steps, (width ?? 2) || steps);
}

/** Heads of an attention: where they do not divide the channels, as many as do. */
export function headCount({ heads = 1 }: LayerOf<'attention'>, channels: number): number {
  let count = Math.min(heads, channels);
  while (channels % count !== 0) count--;
  return count;
}
