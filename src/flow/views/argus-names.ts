/**
 * The words Argus prints in the Proto column, gathered by running Argus 3.0.8.2 over one packet of
 * every IP protocol number and every EtherType.
 */

const PROTOCOLS =
  'ip icmp igmp ggp ipnip st2 tcp cbt egp igp bbn-rcc nvp pup argus emcon xnet chaos udp mux dcn hmp ' +
  'prm xns-idp trunk-1 trunk-2 leaf-1 leaf-2 rdp irtp iso-tp4 netblt mfe-nsp merit-inp sep 3pc idpr ' +
  'xtp ddp idpr-cmtp tp++ il ipv6 sdrp ipv6-route ipv6-frag idrp rsvp gre mhrp bna esp ah i-nlsp ' +
  'swipe narp mobile tlsp skip ipv6-icmp ipv6-no ipv6-opts any cftp any sat-expak kryptolan rvd ippc ' +
  'any sat-mon visa ipcv cpnx cphb wsn pvp br-sat-mon sun-nd wb-mon wb-expak iso-ip vmtp secure-vmtp ' +
  'vines ttp nsfnet-igp dgp tcf eigrp ospf sprite-rpc larp mtp ax.25 ipip micp aes-sp3-d etherip ' +
  'encap pri-enc gmtp ifmp pnni pim aris scps qnx a/n ipcomp snp compaq-peer ipx-n-ip vrrp pgm zero ' +
  'l2tp ddx iatp stp srp uti smp sm ptp isis fire crtp crudp sccopmce iplt sps pipe sctp fc rsvp';

/** Name of every IP protocol number. */
export const PROTOCOL_NAMES: readonly string[] = protocolNames();

function protocolNames(): string[] {
  const names = PROTOCOLS.split(' ');
  while (names.length < 256) names.push('unas');
  names[253] = 'ib';
  return names;
}

/** First EtherType of each run, hexadecimal, with the run's name; `#`: the number itself. */
const ETHER_TYPES =
  '0:llc 5dd:# 600:idp 601:# 660:dlog 662:# 800:ip 801:x75 802:nbs 803:ecma 804:chaos 805:x25 806:arp ' +
  '807:xnscp 808:frarp 809:# 81c:symbl 81d:# 888:xyplx 88b:# 900:ubdeb 901:# a00:pup.3 a01:pupat ' +
  'a02:# bad:vines bae:vinlb baf:vinec bb0:# 1000:brktn 1001:brkte 1010:# 1600:valid 1601:# ' +
  '1984:train 1985:# 2000:cdp 2001:cgmp 2002:# 2003:vtp 2004:# 2452:cent 2453:# 3c07:nbp 3c08:# ' +
  '4242:pcs 4243:# 5208:bbn 5209:# 6000:decun 6001:decdl 6002:decrc 6003:decro 6004:lat 6005:decdp ' +
  '6006:deccp 6007:lavc 6008:decun 600a:3com 6015:# 6558:trans 6559:rawfr 655a:# 7000:dbdwn 7001:# ' +
  '7002:ubdia 7003:# 7020:lrt 702a:# 7030:prote 7031:# 7034:cable 7035:# 8003:cronv 8004:crond ' +
  '8005:hppro 8006:nesta 8007:# 8008:att 8009:# 8010:excel 8011:# 8013:sgid 8014:sging 8015:sgres ' +
  '8016:sgibs 8017:# 8019:apld 801a:# 802f:tym 8030:tigan 8031:# 8035:rarp 8036:aeon 8037:# ' +
  '8038:declb 8039:decun 803d:decee 803e:decun 803f:dectm 8040:decun 8043:# 8044:plan 8045:# ' +
  '8046:att 8048:# 8049:expd 804a:# 805b:Vexp 805c:Vprod 805d:es 805e:# 8060:ltlm 8061:# 8062:count ' +
  '8063:# 8065:um 8067:veeco 8068:gd 8069:att 806a:autop 806b:# 806c:comd 806d:comgr 806e:land ' +
  '8078:# 807a:matra 807b:dansk 807c:merit 807d:vtlnk 8081:count 8084:# 809b:atalk 809c:data ' +
  '809f:spidr 80a0:# 80a3:nix 80a4:siem 80b4:# 80c0:dcaex 80c4:ban 80c6:pacer 80c7:appli 80c8:intrg ' +
  '80cd:haris 80cf:taylr 80d3:rose 80d5:sna 80d6:# 80dd:varin 80de:trfs 80e0:allen 80e4:data 80f1:# ' +
  '80f2:retix 80f3:aarp 80f4:kinet 80f6:# 80f7:aplo 80f8:# 80ff:wcp 8100:well 8104:# 8107:symbl ' +
  '810a:# 8130:hayes 8131:vglab 8132:brdg 8137:ipx/spx 8139:kti 813e:# 8148:logic 8149:ncd ' +
  '814a:alpha 814b:# 814c:snmp 814d:biin 814e:# 814f:elite 8150:ratnl 8151:qual 8154:cprot 8157:# ' +
  '8164:crd 8167:# 817d:xtp 817e:sgitw 817f:# 8180:hippi 8181:stp 8182:h6400 8184:sgi 818d:mot ' +
  '818e:# 819a:qual 81a4:arai 81a5:rad 81af:# 81b7:xyplx 81ba:# 81cc:apri 81d6:arti 81de:# 81e6:poly ' +
  '81f0:comst 81f3:saic 81f6:vg 81f9:# 81fd:ismp 81fe:# 8203:quant 8206:# 8221:ascom 8223:# 823e:aes ' +
  '8241:# 8263:crd 826b:# 827f:athen 8283:# 829a:iiit 829c:tarus 82ac:wrq 8694:ideac 869e:cnt 86a2:# ' +
  '86a3:gtway 86ad:# 86db:sectr 86dc:# 86dd:ipv6 86de:delta 86df:atom 86e0:lgp 86f0:# 8700:mot ' +
  '8711:# 872d:cwl 872e:# 876b:compr 876c:ipas 876d:sdata 876e:# 8808:mac 8809:slow 880a:# 880b:ppp ' +
  '880c:# 8847:mplsu 8848:mplsm 8849:# 8863:pppoe 8865:# 886d:ans 886e:# 886f:nlb 8870:# 8881:cdma ' +
  '8882:# 888e:eapol 888f:# 8892:prof 8893:# 889a:hscsi 889b:csm 889c:# 88a2:aoe 88a3:# 88ae:brd ' +
  '88af:# 88b7:oui 88b8:gse 88bb:# 88c7:rsn 88c8:# 88ca:tipc 88cb:# 88cc:lldp 88cd:# 88d2:3gpp 88d3:# ' +
  '8a96:invis 8a98:# 9000:loop 9001:xnssm 9002:3coms 9003:3coml 9004:# 9021:rtmac 9022:rtcfg 9023:# ' +
  'beef:nrludt bef0:# fcfc:fcft fcfd:# ff00:ramo ff10:# ffff:*';

const RUNS = ETHER_TYPES.split(' ').map((run) => {
  const colon = run.indexOf(':');
  return { first: Number.parseInt(run.slice(0, colon), 16), name: run.slice(colon + 1) };
});

/** What Argus calls an EtherType; most have no name and are printed as decimal numbers. */
export function etherTypeName(type: number): string {
  let low = 0;
  let high = RUNS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (RUNS[middle]!.first <= type) low = middle;
    else high = middle - 1;
  }
  const { name } = RUNS[low]!;
  return name === '#' ? String(type) : name;
}
