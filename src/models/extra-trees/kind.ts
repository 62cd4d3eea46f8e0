import { forestKindOf } from '../forest/fit.ts';

/**
 * Extremely randomised trees (Geurts, Ernst, Wehenkel 2006): at each node every column drawn is cut
 * at a random place between its lowest and highest bin there, and the best of these cuts is taken.
 */
export const extraTreesKind = forestKindOf({
  kind: 'extra-trees',
  meaning: 'Extra trees: a forest whose columns are cut at random places',
  bootstrap: false,
  randomCuts: true,
});
