import { argusSchema } from '../../flow/index.ts';
import type { Dataset } from '../dataset.ts';
import { CTU13_FILES } from './files.ts';
import { CTU13_LABELS } from './labels.ts';
import { readCtu13 } from './read.ts';

/** CTU-13: thirteen captures of botnets among the traffic of a university, as Argus flows. */
export const ctu13: Dataset = {
  name: 'ctu13',
  title: 'CTU-13: botnet, normal and background traffic, 13 scenarios, bidirectional Argus flows',
  publisher: 'Stratosphere Laboratory, CTU University, Prague',
  source: 'https://www.stratosphereips.org/datasets-ctu13',
  licence: 'No licence text recorded; the publisher asks to cite the paper',
  citation:
    'S. García, M. Grill, J. Stiborek, A. Zunino: An empirical comparison of botnet detection ' +
    'methods. Computers & Security 45 (2014) 100–123',
  files: CTU13_FILES,
  errata: [
    'Labels follow the host, not the act: in scenario 6 every botnet flow comes from 147.32.84.165. ' +
      'A model that sees addresses learns the address.',
    'Nobody vouches for the background, 97.8 % of the rows of scenario 6: it may hold attacks, and ' +
      'is neither normal nor botnet.',
    'The published totals of scenario 6 count the 22 To-Normal flows as normal (7,494); here they ' +
      'carry no class (7,472).',
    'A connection longer than an hour is several rows: Argus reports it each 3,600 seconds.',
    'SrcAddr is the side that opened the connection only where a SYN was seen; Dir holds a ? elsewhere.',
    'Only scenario 6 has a checksum here; the other twelve are fetched unchecked.',
    'The unidirectional NetFlow files of the first paper are another data set; the publisher advises against them.',
  ],
  labels: CTU13_LABELS,
  schema: argusSchema,
  read: readCtu13,
};
