"""The local page: what the commands say and do, in a browser on this machine, locked against everybody else.

security    Door, Guard                         who may come in, and what is refused before any page sees it
jobs        Jobs                                work that takes longer than a page may
shelf       Shelf                               what is open, in memory, under names that can't be guessed
readings    Reading                             one mail on the page: what it says, the reply, the person's own label
exports     Export                              a labelled mailbox on the page
pages       what the templates show
app         app_of(door, hosts)                 which address leads to what (Starlette)
server      serve(...)                          the socket, and the server (uvicorn)
"""
