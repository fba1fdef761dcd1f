"""Reading a mail: who sent it, what kind it is, what its sender wrote. Knows no rows."""
