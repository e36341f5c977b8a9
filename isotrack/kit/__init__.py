"""Tools that import no app: the clock, states, deadlines, words, sheets, papers, forms and markup."""
