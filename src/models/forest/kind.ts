import { forestKindOf } from './fit.ts';

/**
 * Random forest (Breiman 2001): the mean of the class shares of trees grown on bootstrap samples.
 */
export const forestKind = forestKindOf({
  kind: 'forest',
  meaning: 'Random forest: many decision trees on random rows and columns',
  bootstrap: true,
  randomCuts: false,
});
