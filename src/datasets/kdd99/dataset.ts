import { kddSchema } from '../../flow/index.ts';
import type { Dataset } from '../dataset.ts';
import { KDD_LABELS, KDD_TARGETS } from './labels.ts';
import { readKdd } from './read.ts';

const targets = KDD_TARGETS.map(({ name }) => name);

/** KDD Cup 99: simulated connections of 1998 as 41 features. */
export const kdd99: Dataset = {
  name: 'kdd99',
  title: 'KDD Cup 99: 41 features of simulated connections, 23 classes in training, 38 in test',
  publisher: 'KDD Cup 1999',
  source: 'https://kdd.ics.uci.edu/databases/kddcup99/kddcup99.html',
  licence: 'Public',
  citation: 'KDD Cup 1999 data',
  files: [
    { name: 'kddcup.data_10_percent.gz', what: 'training, 494,021 rows' },
    { name: 'corrected.gz', what: 'official test set with labels, 311,029 rows' },
    { name: 'kddcup.data.gz', what: 'the whole training set' },
  ],
  errata: [
    'No header; the label ends in a dot.',
    'Most rows are copies: 145,586 distinct rows of features and label among the 494,021.',
    'Simulated traffic of 1998; 71 % of the test set are two floods, smurf and neptune.',
    'Seventeen attacks stand in the test set only, two in the training set only: spy and warezclient.',
    'num_outbound_cmds is 0 in every row.',
  ],
  labels: KDD_LABELS,
  targets,
  schema: kddSchema,
  isTestFile: (name) => /^corrected\b/.test(name),
  read: (paths, options) => readKdd('kdd99', paths, options),
};

/** NSL-KDD: KDD Cup 99 without its copies, each row with a difficulty. */
export const nslKdd: Dataset = {
  name: 'nsl-kdd',
  title: 'NSL-KDD: KDD Cup 99 without the copies, with a difficulty for each row',
  publisher: 'University of New Brunswick (UNB)',
  source: 'https://www.unb.ca/cic/datasets/nsl.html',
  licence: 'Cite UNB',
  citation: 'M. Tavallaee, E. Bagheri, W. Lu, A. A. Ghorbani (2009), University of New Brunswick',
  files: [
    { name: 'KDDTrain+.txt', what: 'training, 125,973 rows, 67,343 normal' },
    { name: 'KDDTrain+_20Percent.txt', what: 'a fifth of it, 25,192 rows, 13,449 normal' },
    { name: 'KDDTest+.txt', what: 'test, 22,544 rows, 9,711 normal' },
    { name: 'KDDTest-21.txt', what: 'the harder test rows, 11,850 rows, 2,152 normal' },
  ],
  errata: [
    'Figures near 99 % come from cross-validation on KDDTrain+, not from KDDTest+.',
    'KDDTest-21 is a part of KDDTest+, and KDDTrain+_20Percent of KDDTrain+: do not read them together.',
  ],
  labels: KDD_LABELS,
  targets,
  schema: kddSchema,
  isTestFile: (name) => /^KDDTest/.test(name),
  read: (paths, options) => readKdd('nsl-kdd', paths, options),
};
