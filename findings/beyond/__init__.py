"""What the judgement of an account rests on beyond the account itself, one module a cloud; compared, never judged."""
