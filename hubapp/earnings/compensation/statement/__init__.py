"""Glass-box statements: one signed file per earner and closed period, from which every cent of it can be recomputed.

What stands in a file about other people, and no more than this:

- sums over the downline (`group`), never a person, an order or a seller;
- what a component's arithmetic needs (`facts`), summed as far as it allows: per level, generation, or rate beneath. Of
  the legs of a marginal differential those with at least FEW sellers stand one by one, under a pseudonym that is
  salted for this statement, all smaller ones of a tier together, because within a tier the schedule is a straight
  line; a small sum with fewer than FEW sellers takes in the smallest other leg of its tier;
- the majority of outside customers as sums only where at least FEW sellers are behind the difference, else yes or no;
- parts of a division (pools, connectors, caps) as one's own weight, the sum of all, and whether the largest remainders
  gave one more; shares and splits by person in a plan as their number and sum.

Where only one person of the downline sold on a level or in a tier, nothing can be put together with it: the plan pays
by that sum, without it the pay could not be recomputed, and with the plan in hand the pay alone tells it. The file then
has the sum, and neither whose it is nor that it is one person's.

`verify_statement.py` beside this folder is the reader, and a second implementation of the arithmetic: a statement is
only built where it and the engine agree to the last unit.
"""
