import { argusTime, Random } from '../../src/base/index.ts';

/** Two hours of flows in which one host opens connections that nobody answers. */
export function smallData(): string {
  const random = new Random(5);
  const begin = Date.UTC(2026, 0, 5, 9) * 1000;
  const lines = [
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label',
  ];
  for (let i = 0; i < 4000; i++) {
    const time = argusTime(begin + Math.floor((i * 7200e6) / 4000));
    const duration = random.exponential(3).toFixed(6);
    const kind = random.next();
    const packets = 1 + random.int(4);
    if (kind < 0.05) {
      // Some are answered: what drops one-way flows would otherwise lose the class altogether.
      lines.push(
        `${time},${duration},tcp,10.0.0.66,${1024 + i},   ->,192.0.2.9,25,FSPA_FSPA,0,0,${6 + random.int(8)},${500 + random.int(2000)},${200 + random.int(250)},flow=From-Botnet-V1-TCP-Spam`,
      );
    } else if (kind < 0.2) {
      lines.push(
        `${time},${duration},tcp,10.0.0.66,${1024 + i},   ->,192.0.2.${i % 250},25,S_,0,,${packets},${62 * packets},${62 * packets},flow=From-Botnet-V1-TCP-Attempt`,
      );
    } else if (kind < 0.6) {
      const bytes = 500 + random.int(9000);
      lines.push(
        `${time},${duration},tcp,10.0.0.7,${1024 + i},   ->,198.51.100.9,80,FSPA_FSPA,0,0,${5 + random.int(15)},${bytes},${bytes >> 2},flow=From-Normal-V1-Web`,
      );
    } else {
      lines.push(
        `${time},${duration},udp,10.0.0.8,${1024 + i},  <->,10.0.0.1,53,CON,0,0,${packets},${107 * packets},${40 * packets},flow=Background-UDP`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
