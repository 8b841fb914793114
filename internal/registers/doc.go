// Package registers holds what organisations keep of their own work: duty lists, pledges, brands, joint bodies, stations and
// their hours, the census of organisations, who leads a task and who backs it, links of members to households, village plans,
// blocks of the town and who answers for each. All are one thing: an entry of a register, with values by its columns and links to
// others. A register is a value that says what its entries hold, who reads and writes them, which acts there are, and which rule
// each entry keeps; a new local list is a new value, not a new table.
package registers
