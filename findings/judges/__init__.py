"""How stored facts are put to the engines, one module a cloud; `JUDGE` in each is a `findings.judge.Judge`."""
