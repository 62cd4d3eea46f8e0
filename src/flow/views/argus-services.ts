/**
 * TCP ports from 1024 up that `/etc/services` of Debian's netbase package names. `ra` looks there to
 * decide which side of a connection without a SYN is the server.
 */
const NAMED =
  '1080 1093 1094 1099 1127 1178 1194 1236 1313 1314 1352 1433 1524 1645 1646 1649 1677 1812 1813 ' +
  '2000 2049 2086 2101 2119 2121 2135 2401 2430 2431 2432 2433 2583 2600 2601 2602 2603 2604 2605 ' +
  '2606 2607 2608 2628 2792 2811 2947 3050 3205 3260 3306 3389 3493 3632 3689 3690 4031 4094 4190 ' +
  '4353 4369 4373 4460 4557 4559 4691 4899 4949 5060 5061 5222 5269 5308 5432 5556 5666 5667 5671 ' +
  '5672 5680 6000 6001 6002 6003 6004 6005 6006 6007 6346 6347 6379 6444 6445 6446 6514 6566 6667 ' +
  '6697 7000 7100 8021 8080 8081 8088 8140 8990 9098 9101 9102 9103 9418 9667 9673 10000 10050 10051 ' +
  '10080 10081 10082 10083 10809 11112 11371 17004 17500 22125 22128 22273 24554 27374 30865 57000 ' +
  '60177 60179';

const named = new Uint8Array(65536);
for (const port of NAMED.split(' ')) named[Number(port)] = 1;

/**
 * Whether `ra` takes the source for the server, and so turns the record round, when no SYN tells.
 * @returns true when the source port looks more like a service than the destination port
 */
export function sourceIsServer(source: number, destination: number): boolean {
  if (destination < 1024) return source < destination;
  if (source < 1024) return true;
  if (named[source] === 0) return false;
  return named[destination] === 0 || source < destination;
}
