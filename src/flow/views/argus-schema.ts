import type { Schema } from '../../table/index.ts';

/**
 * The argus view: the 14 columns of CTU-13's `.binetflow` files, as `ra` prints them. The CTU-13
 * reader and the meter both yield exactly these.
 */
export const argusSchema: Schema = {
  name: 'argus',
  version: 1,
  columns: [
    {
      name: 'StartTime',
      type: 'time',
      role: 'time',
      unit: 'us',
      live: true,
      meaning: 'Time of the first packet of the record',
    },
    {
      name: 'Dur',
      type: 'number',
      role: 'feature',
      unit: 's',
      live: true,
      meaning: 'Time from the first to the last packet of the record, as a 32-bit float',
    },
    {
      name: 'Proto',
      type: 'text',
      role: 'feature',
      live: true,
      meaning: 'Transport protocol, or the network protocol of flows that are not IP',
    },
    {
      name: 'SrcAddr',
      type: 'text',
      role: 'identity',
      live: true,
      meaning: 'Address of the originator (certain only if a SYN was seen: see Dir)',
    },
    {
      name: 'Sport',
      type: 'text',
      role: 'identity',
      live: true,
      meaning: 'Port of the originator; for ICMP the code and type in hexadecimal',
    },
    {
      name: 'Dir',
      type: 'text',
      role: 'feature',
      live: true,
      meaning: 'Who sent, and whether who began is known: ->, <-, <->, <?>, ?>, <?, who',
    },
    {
      name: 'DstAddr',
      type: 'text',
      role: 'identity',
      live: true,
      meaning: 'Address of the responder',
    },
    {
      name: 'Dport',
      type: 'text',
      role: 'identity',
      live: true,
      meaning: 'Port of the responder; for ICMP two bytes that tell records apart',
    },
    {
      name: 'State',
      type: 'text',
      role: 'feature',
      live: true,
      meaning: 'TCP flags of each side (FSPA_FSPA), or a word: CON, INT, REQ, RSP, ECO, URP …',
    },
    {
      name: 'sTos',
      type: 'number',
      role: 'feature',
      live: true,
      meaning: "ToS byte of the originator's packets; empty when it sent none",
    },
    {
      name: 'dTos',
      type: 'number',
      role: 'feature',
      live: true,
      meaning: "ToS byte of the responder's packets; empty when it sent none",
    },
    {
      name: 'TotPkts',
      type: 'number',
      role: 'feature',
      unit: 'packets',
      live: true,
      meaning: 'Packets of both sides',
    },
    {
      name: 'TotBytes',
      type: 'number',
      role: 'feature',
      unit: 'B',
      live: true,
      meaning: 'Bytes of both sides on the wire, link headers included',
    },
    {
      name: 'SrcBytes',
      type: 'number',
      role: 'feature',
      unit: 'B',
      live: true,
      meaning: "Bytes of the originator's packets on the wire, link headers included",
    },
  ],
};
