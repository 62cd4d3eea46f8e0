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
