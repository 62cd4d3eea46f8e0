/**
 * A weight a row with which every class weighs the same: rows / (classes present · rows of the
 * class), as scikit-learn's `balanced`; the sum is the number of rows with a class. Rows of a label
 * below 0 weigh 0.
 */
export function balancedWeights(labels: Int32Array): Float32Array {
  const counts = new Map<number, number>();
  let known = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    known++;
  }
  const weights = new Float32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! >= 0) weights[i] = known / (counts.size * counts.get(labels[i]!)!);
  }
  return weights;
}
