// Calls of the system that Swift cannot make, because they take any number of arguments.

#ifndef CPROCESS_H
#define CPROCESS_H

/// Has the system continue this process, should it be stopped then, when its parent ends; it goes on
/// as it is where it runs. Does nothing where the system knows no such order (all but Linux).
void process_continue_at_end_of_parent(void);

#endif
