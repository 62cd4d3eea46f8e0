import { type ConvolutionPlan, convolvedSteps, paddedFront } from '../neural/layers/convolution.ts';
import { numbersOf } from './part.ts';
import { asSteps, type LayerInput, ofSteps, type Sequence, turned } from './sequence.ts';

/** A convolution over the steps; ONNX keeps channels before steps. */
export function addConvolution(
  { graph, part, name, input }: LayerInput,
  plan: Omit<ConvolutionPlan, 'name'>,
): Sequence {
  const { filters, width, stride, dilation, padding } = plan;
  const { steps, channels } = input;
  const own = numbersOf(part, `${name}.weight`);
  // Ours: (step, channel) × filter; ONNX: filter × channel × step.
  const weight = Float32Array.from({ length: own.length }, (_, i) => {
    const step = i % width;
    const channel = Math.floor(i / width) % channels;
    const filter = Math.floor(i / (width * channels));
    return own[(step * channels + channel) * filters + filter]!;
  });
  const reach = (width - 1) * dilation;
  const front = paddedFront(plan);
  const back = padding === 'valid' ? 0 : reach - front;
  const inputs = [
    turned(graph, asSteps(graph, input), [0, 2, 1]),
    graph.floats(weight, [filters, channels, width]),
    graph.floats(numbersOf(part, `${name}.bias`)),
  ];
  const value = graph.add('Conv', inputs, {
    kernel_shape: { ints: [width] },
    strides: { ints: [stride] },
    dilations: { ints: [dilation] },
    pads: { ints: [front, back] },
  });
  const left = convolvedSteps(steps, plan);
  return ofSteps(graph, {
    value: turned(graph, value, [0, 2, 1]),
    steps: left,
    channels: filters,
  });
}

/** The largest or the mean of each channel over windows of steps, side by side. */
export function addPooling(
  { graph, input }: LayerInput,
  op: 'MaxPool' | 'AveragePool',
  width: number,
): Sequence {
  if (input.steps === 1) return input;
  const value = graph.add(op, [turned(graph, input.value, [0, 2, 1])], {
    kernel_shape: { ints: [width] },
    strides: { ints: [width] },
  });
  const steps = Math.floor(input.steps / width);
  return ofSteps(graph, { ...input, value: turned(graph, value, [0, 2, 1]), steps });
}
