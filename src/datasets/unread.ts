import type { DatasetCard } from './dataset.ts';

/** Data sets that are known but not read by this version. Nothing is stated here that was not checked. */
export const unreadDatasets: readonly DatasetCard[] = [
  {
    name: 'ton-iot',
    title: 'TON_IoT network: train/test release of 211,043 Zeek records, 9 attacks and normal',
    publisher: 'N. Moustafa, UNSW',
    licence: 'Free for academic research; commercial use after asking the author',
    citation: 'N. Moustafa, UNSW: TON_IoT datasets',
    files: [
      {
        name: 'train_test_network.csv',
        sha256: '26ddc513552de36de6428b2e578efaed2b57504c716dfba847cc0109a64e1974',
        what: '211,043 rows, 44 columns, no time column, sorted by type',
      },
    ],
    errata: [
      'Full of copies: without addresses and ports only 93,726 distinct rows, so a random split puts copies of test rows into training.',
      'Addresses are fixed for each class.',
      'Without addresses and ports no classifier can pass 98.87 % (type) or 99.98 % (label) on the whole file.',
    ],
    labels: [],
  },
  {
    name: 'kdd99',
    title: 'KDD Cup 99: 41 features of simulated connections, 23 classes in training, 38 in test',
    publisher: 'KDD Cup 1999',
    licence: 'Public',
    citation: 'KDD Cup 1999 data',
    files: [
      { name: 'kddcup.data_10_percent.gz', what: 'training, 494,021 rows' },
      { name: 'corrected.gz', what: 'official test set with labels, 311,029 rows' },
    ],
    errata: ['No header; the label ends in a dot.', 'Most training rows are copies: see nsl-kdd.'],
    labels: [],
  },
  {
    name: 'nsl-kdd',
    title: 'NSL-KDD: KDD Cup 99 without the copies, with a difficulty for each row',
    publisher: 'University of New Brunswick (UNB)',
    licence: 'Cite UNB',
    citation: 'M. Tavallaee, E. Bagheri, W. Lu, A. A. Ghorbani (2009), University of New Brunswick',
    files: [
      { name: 'KDDTrain+.txt', what: 'training, 125,973 rows, 67,343 normal' },
      { name: 'KDDTrain+_20Percent.txt', what: 'a fifth of it, 25,192 rows, 13,449 normal' },
      { name: 'KDDTest+.txt', what: 'test, 22,544 rows, 9,711 normal' },
      { name: 'KDDTest-21.txt', what: 'the harder test rows, 11,850 rows, 2,152 normal' },
    ],
    errata: ['Figures near 99 % come from cross-validation on KDDTrain+, not from KDDTest+.'],
    labels: [],
  },
  {
    name: 'iot-23',
    title: 'IoT-23: Zeek conn logs with labels, malware on devices of the Internet of Things',
    publisher: 'Stratosphere Laboratory, CTU University, Prague',
    licence: 'Research use; cite IoT-23',
    citation: 'Stratosphere Laboratory: IoT-23',
    files: [],
    errata: ['In some logs the last three fields are parted by three spaces instead of tabs.'],
    labels: [],
  },
];
