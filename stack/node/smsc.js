// An SMSC on the npm package `smpp`: `node smsc.js SYSTEM_ID PASSWORD_FILE`. Prints what stack/smsc.py prints.
'use strict'
const fs = require('fs')
const smpp = require('smpp')

const REFUSED = { 15550000011: smpp.ESME_RINVDSTADR, 15550000088: smpp.ESME_RTHROTTLED }
const [systemId, passwordFile] = process.argv.slice(2)
const password = fs.readFileSync(passwordFile, 'utf8').trim()
const print = (line) => process.stdout.write(JSON.stringify(line) + '\n')
let messages = 0

const server = smpp.createServer({}, (session) => {
  session.on('error', () => session.close())
  session.on('bind_transmitter', (pdu) => {
    const welcome = pdu.system_id === systemId && pdu.password === password
    session.send(pdu.response(welcome ? {} : { command_status: smpp.ESME_RINVPASWD }))
    if (welcome) print({ event: 'bound', system_id: pdu.system_id })
  })
  session.on('enquire_link', (pdu) => session.send(pdu.response()))
  session.on('unbind', (pdu) => {
    session.send(pdu.response())
    session.close()
  })
  session.on('submit_sm', (pdu) => {
    const refusal = REFUSED[pdu.destination_addr]
    if (refusal) return session.send(pdu.response({ command_status: refusal }))
    const messageId = String(++messages)
    const body = pdu.message_payload || pdu.short_message
    print({
      event: 'sms',
      from: pdu.source_addr,
      to: '+' + pdu.destination_addr,
      text: body.message,
      data_coding: pdu.data_coding,
      message_id: messageId
    })
    session.send(pdu.response({ message_id: messageId }))
  })
})
server.listen(0, '127.0.0.1', () => print({ ready: true, port: server.address().port }))
