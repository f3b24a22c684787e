// pcap-parser, as its readme has it: every packet of a file.
const pcap = require('pcap-parser');

let packets = 0;
const parser = pcap.parse(process.argv[2]);
parser.on('packet', () => {
  packets++;
});
parser.on('end', () => console.log(packets));
