"""Every change of a ticket, one function each. Pages, API, console and tasks all call these.

Five beats, always in this order: open the transaction; lock the row; check capability, workflow
and note; write the named fields; record the event.
"""
